"""The only room that names concrete classes: it joins ledger, storage, compute, jobs and the doors."""
