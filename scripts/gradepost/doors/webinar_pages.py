"""Webinars as pages and calendars: a page and an `.ics` for each, and a list of what comes and what was."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from gradepost.book import Book
from gradepost.doors.faq import Faq
from gradepost.doors.webinars import FOLDER, Webinar
from gradepost.form import words

PAGE = f"{FOLDER}/index.md"
_LEAD = "What is coming, what was, and the questions asked there."
_HOUR = timedelta(hours=1)


def webinar_pages(webinars: Sequence[Webinar], faq: Faq, book: Book, today: date, gateway: str = "") -> dict[str, str]:
    """Markdown by path. `today` parts what comes from what was; `gateway` is where the area for centres is, if it is
    not at the site's own address. Nothing where there are none."""
    if not webinars:
        return {}
    single = {f"{FOLDER}/{webinar.id}.md": "\n".join(_page(webinar, faq, book, gateway)) + "\n" for webinar in webinars}
    return {PAGE: "\n".join(_all(webinars, book, today)) + "\n", **single}


def webinar_feeds(webinars: Sequence[Webinar], book: Book) -> dict[str, bytes]:
    """Calendars by path: one for each webinar, and one of all."""
    series = book.series
    feeds = {f"{FOLDER}/{webinar.id}.ics": [webinar] for webinar in webinars}
    if webinars:
        feeds[f"{FOLDER}/webinars.ics"] = list(webinars)
    name = f"{series.awarding_organisation}: webinars"
    return {path: _calendar(name, events, book) for path, events in feeds.items()}


def _all(webinars: Sequence[Webinar], book: Book, today: date) -> Iterator[str]:
    coming = sorted((w for w in webinars if w.date >= today), key=lambda w: (w.date, w.id))
    past = [w for w in webinars if w.date < today]
    yield f"---\ntitle: Webinars\ndescription: {_LEAD}\nhide: [toc]\n---\n"
    yield f'# Webinars\n\n<p class="gp-lead">{_LEAD}</p>\n'
    yield "[Add all webinars to your calendar](webinars.ics)\n"
    for title, anchor, listed in (("Coming", "coming", coming), ("Past", "past", past)):
        yield f"## {title} {{ #{anchor} }}\n"
        if not listed:
            yield f"{'No webinar is announced.' if anchor == 'coming' else 'There was none yet.'}\n"
            continue
        yield "| When | Webinar | For |\n|---|---|---|"
        yield from (f"| {_day(w)} | [{w.title}]({w.id}.md) | {_whom(w, book)} |" for w in listed)
        yield ""


def _page(webinar: Webinar, faq: Faq, book: Book, gateway: str) -> Iterator[str]:
    yield f"---\ntitle: {webinar.title!r}\ndescription: {webinar.topic!r}\nhide: [toc]\n---\n"
    yield f'# {webinar.title}\n\n<p class="gp-lead">{webinar.topic}.</p>\n'
    yield f"- **When:** {_when(webinar, book)}. [Add it to your calendar]({webinar.id}.ics)"
    yield f"- **For:** {_whom(webinar, book)}"
    yield f"- **Recording:** {_recording(webinar, gateway)}\n"
    yield webinar.text + "\n"
    asked = [question for question in faq.questions if question.webinar == webinar.date]
    yield "## Questions answered in writing { #questions }\n"
    if not asked:
        yield "None yet. [All questions and answers](../faq.md)\n"
    for question in asked:
        yield f"- [{question.question}](../faq/{question.id}.md)  \n  {question.short}"
    yield "\n[All webinars](index.md)"


def _when(webinar: Webinar, book: Book) -> str:
    day = _day(webinar)
    if webinar.starts_at is None:
        return f"{day} (the source states no time)"
    return f"{webinar.starts_at} on {day}, {words.zone_name(book.series.zone)}"


def _day(webinar: Webinar) -> str:
    return f"{webinar.date:%A} {webinar.date.day} {webinar.date:%B %Y}"


def _whom(webinar: Webinar, book: Book) -> str:
    if webinar.qualification is None:
        return "Not stated"
    found = book.series.qualifications.get(webinar.qualification)
    return f"{webinar.qualification} {found.title}" if found else webinar.qualification


def _recording(webinar: Webinar, gateway: str) -> str:
    if webinar.recording is None:
        return "None is known"
    # As HTML: the generator knows only its own pages, and this one is not among them.
    return f'<a href="{gateway}{webinar.recording}">Watch the recording</a> (centre login required)'


def _calendar(name: str, webinars: Sequence[Webinar], book: Book) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Gradepost//Webinars//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for webinar in sorted(webinars, key=lambda w: (w.date, w.id)):
        calendar.add_component(_event(webinar, book))
    if any(webinar.starts_at for webinar in webinars):
        year = timedelta(days=366)
        calendar.add_missing_timezones(min(w.date for w in webinars) - year, max(w.date for w in webinars) + year)
    return bytes(calendar.to_ical())


def _event(webinar: Webinar, book: Book) -> Event:
    event = Event()
    event.add("uid", f"webinar-{webinar.id}@gradepost")
    event.add("dtstamp", datetime.combine(webinar.date, time(0), UTC))
    if webinar.starts_at is None:
        event.add("dtstart", webinar.date)
    else:
        start = datetime.combine(webinar.date, time.fromisoformat(webinar.starts_at), book.series.zone)
        event.add("dtstart", start)
        event.add("dtend", start + _HOUR)
    event.add("summary", f"Webinar: {webinar.title}")
    event.add("description", webinar.topic)
    event.add("url", f"{book.site_url.rstrip('/')}/{FOLDER}/{webinar.id}/")
    event.add("transp", "TRANSPARENT")
    return event
