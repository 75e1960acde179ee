"""Pages of control."""

from tests.contracts.matrix.shapes import ABSENT, Line

LINES: dict[str, dict[str, Line]] = {
    # ── control ──
    "control": {
        "page": Line(get="200 director deputy head_of_department inspector foreign_deputy"),
        "teacher": Line(
            query="teacher={cast.outside.teacher.pk}",
            get="200 director deputy head_of_department inspector foreign_deputy",
        ),
    },
    "regulation": {"page": Line(get="200 SIGNED")},
    "regulation_clauses": {
        "own": Line(query="act=GT", get="200 SIGNED"),
        "absent": Line(query="act=NO", get="404 SIGNED"),
    },
    "regulation_setting": {
        "own": Line(
            query="act=GT&name=reopen_term",
            get="200 SETUP director head_of_department foreign_deputy",
            post="422 SETUP director head_of_department foreign_deputy",
        ),
        "absent": Line(
            query="act=GT&name=no",
            get="404 SETUP director head_of_department foreign_deputy",
            post="404 SETUP director head_of_department foreign_deputy",
        ),
    },
    "regulation_drafts": {
        "page": Line(get="200 SETUP director foreign_deputy", post="422 SETUP director foreign_deputy")
    },
    "regulation_draft": {
        "absent": Line(
            lambda cast: {"draft_id": ABSENT},
            get="404 SETUP director foreign_deputy",
            post="404 SETUP director foreign_deputy",
        )
    },
    "regulation_trial": {
        "absent": Line(
            lambda cast: {"draft_id": ABSENT, "trial_id": ABSENT},
            get="404 SETUP director foreign_deputy",
        )
    },
    "regulation_trial_progress": {
        "absent": Line(
            lambda cast: {"draft_id": ABSENT, "trial_id": ABSENT},
            get="404 SETUP director foreign_deputy",
        )
    },
    "regulation_file": {
        "preset": Line(query="preset=goethe23", get="200 SETUP director foreign_deputy"),
        "absent": Line(query="act=GT&since=2001-01-01", get="404 SETUP director foreign_deputy"),
    },
    "control_check": {
        "page": Line(
            get="200 CONTROL; 200 foreign_deputy",
            post="422 CONTROL foreign_deputy",
        ),
        "finish": Line(
            get="200 CONTROL; 200 foreign_deputy",
            post="422 CONTROL foreign_deputy",
            body=lambda cast: {"act": "finish", "conclusion": "Проверено"},
        ),
    },
    "control_plan": {
        "page": Line(
            get="200 CONTROL; 200 foreign_deputy",
            post="422 CONTROL foreign_deputy",
        ),
    },
    "control_anomalies": {"page": Line(get="200 director deputy foreign_deputy")},
    "control_duties": {"page": Line(get="200 CONTROL; 200 foreign_deputy")},
    "errors": {
        "page": Line(
            get="200 READERS operator secretary FOREIGN_STAFF",
            post="422 READERS operator secretary FOREIGN_STAFF",
        ),
    },
    "regulation_norms": {
        "page": Line(get="200 SETUP director foreign_deputy", post="422 SETUP director foreign_deputy"),
    },
    "orders": {
        "page": Line(
            get="200 secretary deputy operator foreign_deputy",
            post="422 secretary deputy operator foreign_deputy",
        ),
    },
    "papers": {
        "page": Line(
            get="200 director deputy operator secretary class_teacher master foreign_deputy",
            post="422 director deputy operator secretary class_teacher master foreign_deputy",
        ),
    },
    "paper": {
        "absent": Line(
            lambda cast: {"paper_id": ABSENT},
            get="404 director deputy operator secretary class_teacher master foreign_deputy",
        ),
    },
    "paper_pdf": {
        "absent": Line(
            lambda cast: {"paper_id": ABSENT},
            get="404 director deputy operator secretary class_teacher master foreign_deputy",
        ),
    },
    "paper_digest": {
        "page": Line(get="200 director deputy operator secretary class_teacher master foreign_deputy")
    },
    "paper_sheets": {
        "page": Line(
            get="200 director deputy teacher class_teacher master other_teacher FOREIGN_STAFF",
            post="422 director deputy teacher class_teacher master other_teacher FOREIGN_STAFF",
        ),
    },
    "archive_year": {
        "page": Line(
            get="200 director deputy operator secretary foreign_deputy",
            post="422 director deputy operator secretary foreign_deputy",
        ),
    },
    "archive_key": {"page": Line(get="200 director deputy operator secretary foreign_deputy")},
    "archive_file": {
        "absent": Line(
            lambda cast: {"unit_id": ABSENT}, get="404 director deputy operator secretary foreign_deputy"
        )
    },
    "archive_sign": {
        "absent": Line(
            lambda cast: {"unit_id": ABSENT}, get="404 director deputy operator secretary foreign_deputy"
        )
    },
    "archive_act": {
        "absent": Line(
            lambda cast: {"paper_id": ABSENT}, get="404 director deputy operator secretary foreign_deputy"
        )
    },
    "archive_extraction": {
        "absent": Line(
            lambda cast: {"year_id": ABSENT}, get="404 director deputy operator secretary foreign_deputy"
        )
    },
    "archive_books": {
        "page": Line(
            get="200 director deputy operator secretary foreign_deputy",
            post="422 director deputy operator secretary foreign_deputy",
        )
    },
    "archive_folder": {
        "absent": Line(
            lambda cast: {"term_id": ABSENT}, get="404 director deputy operator secretary foreign_deputy"
        )
    },
    "archive_list": {
        "absent": Line(
            lambda cast: {"year_id": ABSENT}, get="404 director deputy operator secretary foreign_deputy"
        )
    },
    "paper_title": {
        "absent": Line(
            lambda cast: {"homeroom_id": ABSENT},
            get="404 director deputy operator secretary class_teacher master foreign_deputy",
        ),
    },
    "control_year": {"page": Line(get="200 CONTROL; 200 foreign_deputy")},
    "year_change": {
        "page": Line(get="200 SETUP foreign_deputy", post="422 SETUP foreign_deputy"),
        "promote": Line(
            get="200 SETUP foreign_deputy",
            post="422 SETUP foreign_deputy",
            body=lambda cast: {"act": "promote", "agreed": "1", "left": str(cast.student.pk)},
        ),
        "close": Line(
            get="200 SETUP foreign_deputy",
            post="422 SETUP foreign_deputy",
            body=lambda cast: {"act": "close"},
        ),
    },
    "inspection": {"page": Line(get="200 inspector")},
    "inspections": {"page": Line(get="200 director", post="422 director")},
    "control_classes": {"page": Line(get="200 CONTROL class_teacher master foreign_deputy")},
    "control_class": {
        "own": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk},
            get="200 CONTROL class_teacher; 404 master foreign_deputy",
            post="422 CONTROL class_teacher; 404 master foreign_deputy",
        ),
        "other_school": Line(
            lambda cast: {"homeroom_id": cast.outside.homeroom.pk},
            get="404 CONTROL class_teacher master; 200 foreign_deputy",
            post="404 CONTROL class_teacher master; 422 foreign_deputy",
        ),
        "absent": Line(
            lambda cast: {"homeroom_id": ABSENT},
            get="404 CONTROL class_teacher master foreign_deputy",
            post="404 CONTROL class_teacher master foreign_deputy",
        ),
    },
    "remarks": {
        "page": Line(get="200 READERS FOREIGN_STAFF", post="422 READERS FOREIGN_STAFF"),
        "other_school": Line(
            query="lesson={cast.outside.lesson.pk}",
            get="200 teacher class_teacher master other_teacher inspector FOREIGN_STAFF;"
            " 404 director deputy head_of_department",
            post="422 teacher class_teacher master other_teacher inspector FOREIGN_STAFF;"
            " 404 director deputy head_of_department",
        ),
        "absent": Line(
            get="200 READERS FOREIGN_STAFF",
            post="422 READERS FOREIGN_STAFF",
            body=lambda cast: {"act": "accept", "row": ABSENT},
        ),
    },
    "own_findings": {"page": Line(get="200 READERS FOREIGN_STAFF social_pedagogue nurse operator secretary")},
    "finding": {
        "absent": Line(
            lambda cast: {"finding_id": ABSENT},
            get="404 READERS FOREIGN_STAFF social_pedagogue nurse operator secretary",
            post="404 READERS FOREIGN_STAFF social_pedagogue nurse operator secretary",
        )
    },
    "certificates": {"page": Line(get="200 READERS FOREIGN_STAFF")},
    "certificate": {
        "absent": Line(
            lambda cast: {"check_id": ABSENT},
            get="404 READERS FOREIGN_STAFF",
            post="404 READERS FOREIGN_STAFF",
        )
    },
    "reports": {"page": Line(get="200 READERS FOREIGN_STAFF", post="422 READERS FOREIGN_STAFF")},
    "report": {
        "school": Line(
            lambda cast: {"code": "performance"},
            get="200 CONTROL foreign_deputy; 404 teacher class_teacher master other_teacher foreign_teacher",
            post="422 CONTROL foreign_deputy; 404 teacher class_teacher master other_teacher foreign_teacher",
        ),
        "own": Line(
            lambda cast: {"code": "subject_period"},
            get="200 READERS FOREIGN_STAFF",
            post="422 READERS FOREIGN_STAFF",
        ),
        "other_school": Line(
            lambda cast: {"code": "class_monitoring"},
            query="homeroom={cast.outside.homeroom.pk}",
            get="404 CONTROL class_teacher master teacher other_teacher foreign_teacher; 200 foreign_deputy",
            post="404 CONTROL class_teacher master teacher other_teacher foreign_teacher; 422 foreign_deputy",
        ),
        "absent": Line(
            lambda cast: {"code": "absent"},
            get="404 READERS FOREIGN_STAFF",
            post="404 READERS FOREIGN_STAFF",
        ),
    },
    "control_work": {
        "absent": Line(lambda cast: {"assessment_id": ABSENT}, get="404 READERS FOREIGN_STAFF"),
    },
    "report_kept": {
        "absent": Line(lambda cast: {"report_id": ABSENT}, get="404 READERS FOREIGN_STAFF"),
    },
}
