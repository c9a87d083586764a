"""The portal: applicants apply, officers decide, everybody reads the register.

Django over `habeas.custody`, `habeas.register` and `habeas.cameras`; no cryptography of its
own beyond the drafts and pointers that keep its tables from leading to anybody's photo.

`site` holds what belongs to the whole site. Each other folder is a domain with the same
faces: `models`, `forms`, `views` (pages), `api` (JSON), `urls`, `templates`, and modules
named for what the domain does with the rooms below. A face is absent where a domain has
nothing of that kind.

    catalogue   the services and offices that a city declares in TOML
    officers    who works at the desk: accounts, signing in
    vault       the custodian's tables, and custody over them
    cases       applications before their office, and what leads from them to a photo
    apply       the applicant's pages, from the start to the receipt
    receipts    what a receipt shows, and withdrawal
    desk        the office's cases: reading, asking to open a photo, deciding
    register    the public log in words and figures
    cameras     the public register of cameras
    looks       holding recordings and watching live, by the same offices
    viewing     viewing recordings, by the offices that a camera's entry names
"""
