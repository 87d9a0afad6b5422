"""Slack's answers in words, for whoever set it up."""

from flask_babel import gettext as _

from studio.approvals.slack.answers import Verdict


def said(verdict: Verdict) -> str:
    """What Slack answered, its own code included: that is what its documentation explains."""
    known = {
        "invalid_auth": _("Slack does not know this token."),
        "not_authed": _("Slack does not know this token."),
        "token_revoked": _("This token was revoked in Slack."),
        "account_inactive": _("The app, or its Slack workspace, was switched off."),
        "missing_scope": _("The app lacks a permission: it needs the scope chat:write."),
        "channel_not_found": _("Slack knows no such channel, or the app was not invited to it."),
        "not_in_channel": _("The app is not in the channel: invite it there."),
        "is_archived": _("The channel is archived."),
        "channel_is_archived": _("The channel is archived."),
        "user_not_found": _("Slack knows no such member."),
        "no_service": _("This webhook was removed or switched off in Slack."),
        "invalid_token": _("This is no webhook that Slack knows."),
        "ratelimited": _("Slack was asked too often; it takes messages again soon."),
        "http.refused_address": _("This address leads inside, where messages must not go."),
        "http.timeout": _("Slack did not answer in time."),
        "http.dns": _("The host's name is not known."),
    }
    code = verdict.code
    sentence = known.get(code) or _("Slack did not take it.")
    return f"{sentence} ({code})" if code else str(sentence)
