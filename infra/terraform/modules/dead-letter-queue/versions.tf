terraform {
  # 1.9: a validation may refer to other variables.
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 6.20.0: the runtime nodejs24.x.
      version = ">= 6.20.0, < 7.0.0"
    }
  }
}
