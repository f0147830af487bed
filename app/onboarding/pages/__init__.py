"""The pages of onboarding."""

from app.onboarding.pages import course, library, tasks

routers = (course.router, library.router, tasks.router)
