"""Generator of sample data like the cloud provider's: any size, with known numbers of the real feed's quirks.

    from domains.cloud_provider.sample import Order, generate
    manifest = generate(Path("landing/cloud_provider"), events=1_000_000, order=Order.TIME)

On the command line: `caudal sample cloud_provider --out DIR`.
"""

from domains.cloud_provider.sample.events import Order
from domains.cloud_provider.sample.layouts import generate, write_committed
from domains.cloud_provider.sample.manifest import Manifest

__all__ = ["Manifest", "Order", "generate", "write_committed"]
