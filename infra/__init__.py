"""The world outside the rules, by what goes on in it. Imports the rules, and nothing of Prefect but its quiet settings.

settings, office      what the machine is told; where an offer's books are, how its mail leaves
shipped               what ships beside the packages: prefect.yaml, the sample
folder/               an offer's folder: terms and CSV files, read whole or refused with every fault
books/                the database: tables, migrations, every write, reading whole sets
desk/                 what arrives: weighed by the rules, recorded, carried out
post/                 letters: rendered, queued, sent over SMTP, none twice
standing/             where the offer stands: `optex status` and the dashboard
account/              everything decided about one holder: `optex explain`
whole_files           files written whole or not at all
ledgers/, report/     what is written out: CSV ledgers, the calendar file, the report
production/           how it is run on servers: compose, the manual of operation
"""
