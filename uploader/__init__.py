"""Upload files to the raw bucket, each content once, masters before the facts that refer to them.

Programs call `upload`; `caudal upload` is the command line.
"""

from uploader.engine import upload
from uploader.errors import UploadError
from uploader.report import Outcome, Progress, Status, UploadReport

__all__ = ["Outcome", "Progress", "Status", "UploadError", "UploadReport", "upload"]
