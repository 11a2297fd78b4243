"""Cards of links into their wire shape. Pure."""

from weetwie.runtime.json import Json
from weetwie.views.cards import SeenCard


def as_json(card: SeenCard, base_url: str) -> dict[str, Json]:
    return {
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "type": "link",
        "authors": [{"name": card.author, "url": "", "account": None}] if card.author else [],
        "author_name": card.author,
        "author_url": "",
        "provider_name": card.site,
        "provider_url": "",
        "html": "",
        "width": card.width,
        "height": card.height,
        "image": f"{base_url}/cards/{card.image}" if card.image else None,
        "embed_url": "",
        "blurhash": card.blurhash,
        "missing_attribution": None,
        "published_at": "0",
    }
