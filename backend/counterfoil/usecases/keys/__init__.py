"""A party's keys: put in each other's place by the party, given and taken by the registrar."""
