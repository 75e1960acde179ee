"""Control over how journals are kept: what is filled in time, what is overdue, by which act; checks with their
certificates, remarks, readiness of the year, reports. What it finds stands in other apps' rows; its own are the acts
of control."""
