"""Stop every embedded server below instance/; none running is no mistake."""

from app import embedded
from config import HERE

for folder in (HERE / "instance").glob("**/postmaster.pid"):
    embedded.stop(folder.parent)
