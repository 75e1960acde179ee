"""Who writes and reads messages: everybody of the school, each to whom the school allows (see `queries.reach`)."""

from parta.foundation.access import permission
from parta.people.access import STAFF
from parta.people.chrome import nav

EVERYBODY = (*STAFF, "guardian", "student")

permission("messages", "писать и читать сообщения", *EVERYBODY)
permission("writing_rules", "видеть, кто кому может писать", *EVERYBODY)
permission("announcements", "читать объявления", *EVERYBODY)
permission("questions", "спрашивать о работе с журналом", *EVERYBODY)

nav("messages", "Сообщения", "messages", *EVERYBODY, position=70)
nav("announcements", "Объявления", "announcements", *EVERYBODY, position=72)

permission("notify", "выбирать, как получать уведомления", *EVERYBODY)
permission(
    "notice_schedule",
    "расписание информирования семей класса",
    "class_teacher",
    "master",
    "deputy",
    "director",
    "operator",
)
permission("push_worker", "скрипт уведомлений на телефоне", public=True)
permission("unsubscribe", "остановить письма по ссылке из письма", public=True)
permission("updates", "узнавать о новом на открытой странице", *EVERYBODY)
permission("delivery", "рассылка писем школы", "director", "deputy", "operator")

permission("trainings", "обучение работе с журналом: просить, видеть своё, вести учёт", *EVERYBODY)
permission("training", "отмечать, кто был на обучении", "deputy", "operator", "class_teacher", "master")
nav("trainings", "Обучение", "trainings", *STAFF, position=74)
