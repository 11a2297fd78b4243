"""Where this installation keeps its files: the data folder, or a bucket."""

from weetwie.media import blob
from weetwie.media.blob import Store
from weetwie.settings import Settings


def chosen(settings: Settings) -> Store:
    if not settings.media_url:
        return blob.in_folder(settings.data / "media")
    return blob.in_bucket(
        settings.media_url,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_key_id,
        secret_access_key=settings.s3_secret or "",
    )
