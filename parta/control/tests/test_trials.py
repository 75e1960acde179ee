"""A draft is put forward, tried on past lessons by the worker, read by clause with its places, and grows stale."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parta.control.actions.trials import carry_out_trial
from parta.control.models import Trial
from parta.foundation import clock, jobs
from parta.foundation.models import Job, LogEntry
from parta.regulation.models import Edition, EditionDraft
from tests.journeys.steps import GYMNASIUM, MONDAY, mark, page, saved, send, under


def put_forward(client: Any, cast: Any, source: str) -> str:
    file = SimpleUploadedFile("черновик.toml", source.encode())
    answer = client.post(reverse("regulation_drafts"), {"act": "propose", "file": file})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return str(answer["Location"])


@under(GYMNASIUM)
def test_a_draft_is_tried_before_it_is_put_in_force(cast: Any, client_of: Any, count_statements: Any) -> None:
    jobs.load_kinds()
    deputy, lesson = client_of(cast.deputy), cast.lesson_on("russian", MONDAY)
    with clock.rehearse(cast.local(MONDAY, 12)):
        saved(send(client_of(cast.teacher), cast.russian, mark(lesson, cast.named("Асанов"), "5", "oral")))
    source = Edition.objects.get(school=cast.school).source
    draft = put_forward(deputy, cast, source.replace('within = "24h"', 'within = "60min"'))
    text = page(deputy, draft)
    assert "Попробовать на прошлых уроках" in text and "последние 30 дней" in text
    assert deputy.post(draft, {"act": "try", "span": "term-0"}).status_code == 422
    places = [deputy.post(draft, {"act": "try", "span": "month"})["Location"] for _ in range(2)]
    assert places[0] == places[1], "pressed twice it is one trial"
    trial = Trial.objects.get()
    assert (trial.state, trial.until - trial.since) == ("waiting", timedelta(days=30))
    assert LogEntry.objects.get(verb="trial_asked").user_id == cast.deputy.user_id
    assert "Ждёт очереди" in page(deputy, places[0])
    with clock.rehearse(cast.at + timedelta(minutes=3)):
        assert "parta worker" in page(deputy, places[0]), "nobody has taken it up"
    told = Trial.objects.filter(pk=trial.pk)
    told.update(state="running", done=1, total=3)
    assert deputy.get(places[0] + "progress").json() == {"state": "running", "done": 1, "total": 3}
    assert "журналов 1 из 3" in page(deputy, places[0])
    while (job := jobs.claim(cast.at)) is not None:
        if job.name == "try_draft":
            assert jobs.carry_out(job, lambda: cast.at)
    text = page(deputy, places[0])
    assert "Результат устарел" not in text and "Остановила бы или отметила" in text and "2.4" in text
    way = f'href="{reverse("lesson", args=[lesson.pk])}"'
    assert way in deputy.get(places[0]).content.decode()
    trial.refresh_from_db()
    assert trial.state == "done" and trial.contents["writes"] > 0
    before = trial.contents
    carry_out_trial(trial.pk, at=cast.at + timedelta(hours=1))
    trial.refresh_from_db()
    assert trial.contents == before and trial.judged_at == cast.at, "a trial that is done is left alone"
    counts = []
    for address in (places[0], draft):
        with count_statements() as statements:
            page(deputy, address)
        counts.append(len(statements))
    assert max(counts) <= 14, counts
    # The operator sees how much, not whose: no texts of findings, no ways into journals.
    operator = client_of(cast.operator).get(places[0]).content.decode()
    assert way not in operator and "Остановила бы" in operator
    for person, code in ((cast.teacher, 403), (cast.outside.deputy, 404)):
        assert client_of(person).get(places[0]).status_code == code
    # A write to these lessons, and a change of the act, make the result stale and say so.
    with clock.rehearse(cast.at + timedelta(minutes=10)):
        teacher = client_of(cast.teacher)
        saved(send(teacher, cast.russian, mark(cast.lesson, cast.named("Григорян"), "4", "oral")))
        assert "вносили записи" in page(deputy, places[0])
    assert Edition.objects.filter(school=cast.school).count() == 1
    assert EditionDraft.objects.get().state == "waiting"
    # What the worker cannot read is said in words, and no more tried in vain.
    EditionDraft.objects.update(source="]")
    broken = Trial.objects.create(
        school=cast.school,
        draft_id=trial.draft_id,
        since=trial.since,
        until=trial.until,
        asked_by=cast.deputy,
        asked_at=cast.at,
    )
    carry_out_trial(broken.pk, at=cast.at)
    text = page(deputy, reverse("regulation_trial", args=[trial.draft_id, broken.pk]))
    assert "Проба не получилась" in text and "не читается" in text
    assert Job.objects.filter(name="try_draft").count() == 1
