"""What is printed: papers set by typst, from templates that lie beside this file and data that is never markup."""
