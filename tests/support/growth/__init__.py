"""Every page and every operation of the API that reads, asked of two companies, a small one and a
large one: what each costs the database, and how much it sends.

``addresses`` has what is asked, ``ground`` the companies, ``counting`` what is counted.
"""
