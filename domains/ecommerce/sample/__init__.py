"""Generator of sample data like the shop's: any size, with known numbers of the real feed's quirks.

    from domains.ecommerce.sample import generate
    manifest = generate(Path("landing/ecommerce"), scale=0.1, months=14)

On the command line: `caudal sample ecommerce --out DIR`.
"""

from domains.ecommerce.sample.layouts import Layout, generate, write_committed
from domains.ecommerce.sample.manifest import Manifest

__all__ = ["Layout", "Manifest", "generate", "write_committed"]
