"""CloudFormation: deploys the stacks and assets of a cloud assembly into moto."""
