"""The pages of accounts: the way in, one's own account, the people."""

from app.accounts.pages import entry, own, people

routers = (entry.router, own.router, people.router)
