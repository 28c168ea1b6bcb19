"""One machine: the launcher, its children, PostgreSQL's and Kafka's own programs on free ports of 127.0.0.1."""
