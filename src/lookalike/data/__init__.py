"""What a table is: column types (metadata), how they are found (inference), train and holdout; tables are polars."""
