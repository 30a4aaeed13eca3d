"""OpTune: a network, trained beforehand, turns the gradient of a failed attempt into an edit.

An editor of gradients after MEND, as Li, Wang et al. have it in "Learning to Reason from Feedback
at Test-Time" (FTTT), ACL 2025 (arXiv 2502.15771), optim/.
"""
