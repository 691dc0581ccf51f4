"""The pages of the activation service: the customers' and the staff's."""
