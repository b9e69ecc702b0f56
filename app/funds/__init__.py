"""What the vendor's and the portal's pages of funds share: entries as a bank statement, the picture, the files."""
