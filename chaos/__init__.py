"""A storm over several supervisors: jobs, kills, freezes, pauses, cancels; afterwards nothing may be wrong."""
