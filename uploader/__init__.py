"""Brings files into the raw bucket, once each, masters before the facts that refer to them.

`upload` is the whole of it for programs; `caudal upload` is the command line on top.
"""

from uploader.engine import upload
from uploader.errors import UploadError
from uploader.report import Outcome, Progress, Status, UploadReport

__all__ = ["Outcome", "Progress", "Status", "UploadError", "UploadReport", "upload"]
