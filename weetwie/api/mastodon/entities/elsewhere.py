"""What other pages and other servers get, and what Mastodon has that is not here."""

from typing import Literal

from weetwie.api.mastodon.entities.accounts import Account
from weetwie.api.mastodon.entities.formats import Count, Entity, Url
from weetwie.api.mastodon.entities.statuses import Status


class OEmbed(Entity, kw_only=True):
    """A post to be shown in another page, see https://oembed.com."""

    type: Literal["rich"]
    version: Literal["1.0"]
    title: str
    author_name: str
    author_url: Url
    provider_name: str
    provider_url: Url
    cache_age: Count
    html: str
    width: Count
    height: None


class AnnualReports(Entity, kw_only=True):
    """Nobody's year is summed up here: the lists are empty."""

    annual_reports: list[dict[str, str]]
    accounts: list[Account]
    statuses: list[Status]


class AnnualReportState(Entity, kw_only=True):
    state: Literal["available", "generating", "eligible", "ineligible"]


class AsyncRefresh(Entity, kw_only=True):
    id: str
    status: Literal["running", "finished"]
    result_count: Count | None


class WrappedAsyncRefresh(Entity, kw_only=True):
    async_refresh: AsyncRefresh
