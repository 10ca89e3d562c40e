from localcloud.context import Context


def install(context: Context) -> None: ...
