terraform {
  # 1.11: write-only arguments and ephemeral resources keep the database's password out of the state.
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 6.25.0: the version whose schema `npm test` compares this module with.
      version = ">= 6.25.0, < 7.0.0"
    }

    random = {
      source = "hashicorp/random"
      # 3.7.0: random_password as an ephemeral resource.
      version = ">= 3.7.0, < 4.0.0"
    }
  }
}
