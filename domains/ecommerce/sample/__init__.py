"""Makes data like the shop's: seeded, of any size, with every quirk of the real feed in known numbers.

    from domains.ecommerce.sample import generate
    manifest = generate(Path("landing/ecommerce"), scale=0.1, months=14)

`caudal sample ecommerce` is the same as a command.
"""

from domains.ecommerce.sample.layouts import Layout, generate, write_committed
from domains.ecommerce.sample.manifest import Manifest

__all__ = ["Layout", "Manifest", "generate", "write_committed"]
