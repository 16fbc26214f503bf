"""The world outside the rules, by what goes on in it. Imports the rules, and nothing of Prefect but its quiet settings.

settings, workspace   what the machine is told; where one offer's database, mail and templates are
shipped               what ships beside the packages: prefect.yaml, the sample
whole_files, memory   files written whole or not at all; no garbage collection among millions of records
prefect_env           what Prefect is told before it is imported
folder/               an offer's folder: terms and CSV files, read whole or refused with every fault
database/             tables, migrations, every write, reading whole sets
handlers/             what is done to an offer when something arrives, in one transaction
mail/                 letters: rendered, queued, sent over SMTP, none twice
status/               where the offer stands: `optex status` and the dashboard
explain/              everything decided about one holder: `optex explain`
ledgers/, report/     what is written out: CSV ledgers, the calendar file, the report
production/           how it is run on servers: compose, the manual of operation
"""
