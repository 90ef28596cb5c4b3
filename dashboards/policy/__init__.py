"""The policy and the law behind it: each rule as a sentence, since when and by whom."""
