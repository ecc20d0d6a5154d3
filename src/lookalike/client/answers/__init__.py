"""What a service is sent and answers, named as its document names it. A newer service may say more than stands here."""
