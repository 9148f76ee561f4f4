"""The way out: cleaned data in the input's own format, change log, manifest, report; verify and replay."""

from curation_app.release.manifest import Change, Manifest, Output, read_manifest
from curation_app.release.replay import replay
from curation_app.release.verify import Check, Verification, verify
from curation_app.release.write import write_release

__all__ = ["Change", "Check", "Manifest", "Output", "Verification", "read_manifest", "replay", "verify", "write_release"]
