// Everything that masto, the client for JavaScript, does here, in the names of two people: `node tour.mjs ADDRESS TOKEN TOKEN`.
// Each part is told in one line as it ends; the first thing that is not as it should be ends the tour.

import assert from "node:assert/strict";
import { createRestAPIClient, createStreamingAPIClient } from "masto";

const [address, adasToken, bosToken] = process.argv.slice(2);
const ada = createRestAPIClient({ url: address, accessToken: adasToken });
const bo = createRestAPIClient({ url: address, accessToken: bosToken });
const me = await ada.v1.accounts.verifyCredentials();
const him = await bo.v1.accounts.verifyCredentials();

const ids = (things) => things.map((thing) => thing.id);
const until = async (happened) => {
  for (let end = Date.now() + 20_000; Date.now() < end; ) {
    const found = await happened();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("this did not happen");
};
const picture = () =>
  new Blob(
    [Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC", "base64")],
    { type: "image/png" },
  );

const tour = {
  async instance() {
    assert.match((await ada.v2.instance.fetch()).version, /^\d/);
    assert.ok(Array.isArray(await ada.v1.customEmojis.list()));
    assert.ok(Array.isArray(await ada.v1.instance.rules.list()));
  },
  async profile() {
    const changed = await ada.v1.accounts.updateCredentials({
      displayName: "Ada", note: "Walls", avatar: picture(), fieldsAttributes: [{ name: "Site", value: "x" }],
    });
    assert.equal(changed.displayName, "Ada");
    assert.match(changed.avatar, /\/faces\//);
    assert.deepEqual(changed.source.fields.map((field) => field.name), ["Site"]);
    const edited = await ada.v1.profile.update({
      displayName: "Ada L", note: "Walls", fieldsAttributes: { 0: { name: "Site", value: "y" } }, avatar: picture(), avatarDescription: "Me",
    });
    assert.deepEqual([edited.displayName, edited.fields[0].value, edited.avatarDescription], ["Ada L", "y", "Me"]);
    await ada.v1.profile.avatar.remove();
    await ada.v1.profile.update({ avatarDescription: "" });
    assert.equal((await bo.v1.accounts.lookup({ acct: me.acct })).id, me.id);
    assert.ok((await ada.v1.preferences.fetch())["posting:default:visibility"]);
  },
  async posts() {
    const post = await ada.v1.statuses.create({ status: "Good morning #Tea", visibility: "public" });
    const reply = await bo.v1.statuses.create({ status: "And you", inReplyToId: post.id });
    assert.deepEqual(ids((await ada.v1.statuses.$select(post.id).context.fetch()).descendants), [reply.id]);
    const edited = await ada.v1.statuses.$select(post.id).update({ status: "Good evening #Tea" });
    assert.ok(edited.editedAt);
    assert.equal((await bo.v1.statuses.$select(post.id).history.list()).length, 2);
    assert.equal((await ada.v1.statuses.$select(post.id).source.fetch()).text, "Good evening #Tea");
    await bo.v1.statuses.$select(reply.id).remove();
    await assert.rejects(ada.v1.statuses.$select(reply.id).fetch(), { statusCode: 404 });
  },
  async marks() {
    const post = await ada.v1.statuses.create({ status: "Worth it" });
    const it = bo.v1.statuses.$select(post.id);
    assert.equal((await it.favourite()).favourited, true);
    assert.equal((await it.reblog()).reblog.id, post.id);
    assert.equal((await it.bookmark()).bookmarked, true);
    assert.deepEqual(ids(await bo.v1.bookmarks.list()), [post.id]);
    assert.deepEqual(ids(await bo.v1.favourites.list()), [post.id]);
    assert.deepEqual(ids(await it.favouritedBy.list()), [him.id]);
    assert.deepEqual(ids(await it.rebloggedBy.list()), [him.id]);
    assert.equal((await it.unfavourite()).favourited, false);
    assert.equal((await it.unreblog()).reblogged, false);
    assert.equal((await ada.v1.statuses.$select(post.id).pin()).pinned, true);
  },
  async media() {
    const media = await ada.v2.media.create({ file: picture(), description: "A wall" });
    const post = await ada.v1.statuses.create({ status: "look", mediaIds: [media.id] });
    assert.equal((await bo.v1.statuses.$select(post.id).fetch()).mediaAttachments[0].description, "A wall");
  },
  async polls() {
    const post = await ada.v1.statuses.create({ status: "What?", poll: { options: ["Tea", "Coffee"], expiresIn: 3600 } });
    const poll = await bo.v1.polls.$select(post.poll.id).votes.create({ choices: [1] });
    assert.deepEqual(poll.ownVotes, [1]);
  },
  async scheduled() {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const waiting = await ada.v1.statuses.create({ status: "Later", scheduledAt: at });
    assert.deepEqual(ids(await ada.v1.scheduledStatuses.list()), [waiting.id]);
    await ada.v1.scheduledStatuses.$select(waiting.id).remove();
  },
  async relations() {
    assert.equal((await ada.v1.accounts.$select(him.id).follow()).following, true);
    const [relation] = await ada.v1.accounts.relationships.fetch({ id: [him.id] });
    assert.equal(relation.following, true);
    assert.equal((await ada.v1.accounts.$select(him.id).note.create({ comment: "tea" })).note, "tea");
    const post = await bo.v1.statuses.create({ status: "For my followers" });
    assert.ok(ids(await ada.v1.timelines.home.list()).includes(post.id));
    assert.ok(ids(await ada.v1.timelines.public.list()).includes(post.id));
    assert.equal((await ada.v1.accounts.$select(him.id).mute()).muting, true);
    assert.deepEqual(ids(await ada.v1.mutes.list()), [him.id]);
    assert.equal((await ada.v1.accounts.$select(him.id).unmute()).muting, false);
    assert.ok(Array.isArray(await ada.v2.suggestions.list()));
    assert.ok(Array.isArray(await ada.v1.accounts.familiarFollowers.fetch({ id: [him.id] })));
  },
  async lists() {
    const list = await ada.v1.lists.create({ title: "Team", repliesPolicy: "list", exclusive: false });
    await ada.v1.lists.$select(list.id).accounts.create({ accountIds: [him.id] });
    assert.deepEqual(ids(await ada.v1.lists.$select(list.id).accounts.list()), [him.id]);
    assert.ok(Array.isArray(await ada.v1.timelines.list.$select(list.id).list()));
    await ada.v1.lists.$select(list.id).remove();
  },
  async tags() {
    assert.equal((await ada.v1.tags.$select("tea").follow()).following, true);
    assert.ok((await ada.v1.followedTags.list()).some((tag) => tag.name.toLowerCase() === "tea"));
    assert.ok(Array.isArray(await ada.v1.timelines.tag.$select("tea").list()));
    const featured = await ada.v1.featuredTags.create({ name: "tea" });
    await ada.v1.featuredTags.$select(featured.id).remove();
    assert.ok((await ada.v1.trends.tags.list({ limit: 20 })).length > 0);
    assert.ok(Array.isArray(await ada.v1.trends.statuses.list()));
    assert.ok(Array.isArray(await ada.v1.trends.links.list()));
  },
  async search() {
    const post = await bo.v1.statuses.create({ status: `Impellers wear out ${him.acct}` });
    const found = await ada.v2.search.list({ q: `impeller ${him.acct}`, type: "statuses" });
    assert.deepEqual(ids(found.statuses), [post.id]);
  },
  async filters() {
    const filter = await ada.v2.filters.create({
      title: "No tea", context: ["home", "public"], filterAction: "warn", keywordsAttributes: [{ keyword: "oolong" }],
    });
    const post = await bo.v1.statuses.create({ status: "More oolong", visibility: "public" });
    const seen = (await ada.v1.timelines.public.list()).find((one) => one.id === post.id);
    assert.equal(seen.filtered[0].filter.id, filter.id);
    await ada.v2.filters.$select(filter.id).remove();
  },
  async notifications() {
    await bo.v1.statuses.create({ status: `Hello @${me.acct}` });
    const told = await until(async () => (await ada.v1.notifications.list({ types: ["mention"] }))[0]);
    assert.equal(told.account.id, him.id);
    const grouped = await ada.v2.notifications.list();
    assert.ok(grouped.notificationGroups.length > 0);
    await ada.v1.notifications.$select(told.id).dismiss();
    assert.ok((await ada.v2.notifications.policy.fetch()).forNotFollowing);
    await ada.v1.markers.create({ notifications: { lastReadId: told.id } });
  },
  async conversations() {
    await bo.v1.statuses.create({ status: `@${me.acct} psst`, visibility: "direct" });
    const [talk] = await ada.v1.conversations.list();
    assert.equal(talk.unread, true);
    assert.equal((await ada.v1.conversations.$select(talk.id).read()).unread, false);
  },
  async announcements() {
    const told = (await ada.v1.announcements.list()).find((one) => one.content.includes("tour"));
    await ada.v1.announcements.$select(told.id).dismiss();
  },
  async reports() {
    const made = await ada.v1.reports.create({ accountId: him.id, comment: "Too much tea", category: "other" });
    assert.equal(made.targetAccount.id, him.id);
  },
  async pages() {
    for (let number = 0; number < 5; number++) await bo.v1.statuses.create({ status: `Number ${number}` });
    const seen = [];
    for await (const page of ada.v1.accounts.$select(him.id).statuses.list({ limit: 2 })) {
      seen.push(...ids(page));
      if (seen.length >= 8) break;
    }
    assert.equal(new Set(seen).size, seen.length);
  },
  async streaming() {
    const stream = createStreamingAPIClient({
      streamingApiUrl: address.replace("http", "ws"), accessToken: adasToken,
    });
    await stream.prepare();
    const heard = [];
    const streams = [stream.user.subscribe(), stream.public.subscribe(), stream.hashtag.subscribe({ tag: "tea" })];
    for (const one of streams)
      (async () => {
        for await (const event of one) heard.push(`${event.stream.join(":")} ${event.event} ${event.payload.id ?? event.payload}`);
      })();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const post = await bo.v1.statuses.create({ status: `On air #tea @${me.acct}`, visibility: "public" });
    for (const name of ["user", "public", "hashtag:tea"])
      await until(async () => heard.includes(`${name} update ${post.id}`)).catch(() => assert.fail(`${name}: ${heard}`));
    await bo.v1.statuses.$select(post.id).remove();
    await until(async () => heard.includes(`user delete ${post.id}`));
    streams.forEach((one) => one.unsubscribe());
    stream.close();
  },
};

for (const [name, part] of Object.entries(tour)) {
  await part();
  console.log(name);
}
process.exit(0);
