"""What approvals hold of somebody who leaves: shares, absences, turns, groups, policies, Slack."""
