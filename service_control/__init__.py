"""Service Control: pure Python around the dbt project, without files, databases or network."""
