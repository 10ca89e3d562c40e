"""Makes data like the cloud provider's: of any size, with the quirks of the real feed in known numbers.

    from domains.cloud_provider.sample import Order, generate
    manifest = generate(Path("landing/cloud_provider"), events=1_000_000, order=Order.TIME)

`caudal sample cloud_provider` is the same as a command.
"""

from domains.cloud_provider.sample.events import Order
from domains.cloud_provider.sample.layouts import generate, write_committed
from domains.cloud_provider.sample.manifest import Manifest

__all__ = ["Manifest", "Order", "generate", "write_committed"]
