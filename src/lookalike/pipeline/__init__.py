"""What a job does, stage by stage: names in, names out, bytes in stores. `TASKS` may run in other processes."""
