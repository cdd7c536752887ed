"""Writes pipelines/data/german-credit.csv from the Debian package r-cran-caret.

rdata 0.11.2:  apt-get download r-cran-caret && dpkg-deb -x r-cran-caret_*.deb caret
               python setup/data/german-credit.py caret/usr/lib/R/site-library/caret/data/GermanCredit.RData

The package has 0 or 1 in a column for each category; they become one column of words again. Its
column Telephone is 1 where no telephone is registered: 596 rows, as the source counts (A191).
"""
import csv
import pathlib
import sys

import rdata

NUMBERS = {
    "Duration": "duration_months",
    "Amount": "amount",
    "InstallmentRatePercentage": "instalment_rate",
    "ResidenceDuration": "residence_years",
    "Age": "age",
    "NumberExistingCredits": "existing_credits",
    "NumberPeopleMaintenance": "dependants",
}
CATEGORIES = {
    "CheckingAccountStatus": ("checking_account", {"lt.0": "below 0", "0.to.200": "0 to 200", "gt.200": "over 200", "none": "none"}),
    "CreditHistory": ("credit_history", {"NoCredit.AllPaid": "no credit or all paid", "ThisBank.AllPaid": "all paid at this bank", "PaidDuly": "paid duly until now", "Delay": "delayed before", "Critical": "critical account"}),
    "Purpose": ("purpose", {"NewCar": "new car", "UsedCar": "used car", "Furniture.Equipment": "furniture", "Radio.Television": "radio or television", "DomesticAppliance": "appliances", "Repairs": "repairs", "Education": "education", "Vacation": "vacation", "Retraining": "retraining", "Business": "business", "Other": "other"}),
    "SavingsAccountBonds": ("savings", {"lt.100": "below 100", "100.to.500": "100 to 500", "500.to.1000": "500 to 1000", "gt.1000": "over 1000", "Unknown": "unknown or none"}),
    "EmploymentDuration": ("employed_years", {"lt.1": "below 1", "1.to.4": "1 to 4", "4.to.7": "4 to 7", "gt.7": "over 7", "Unemployed": "unemployed"}),
    "OtherDebtorsGuarantors": ("other_debtors", {"None": "none", "CoApplicant": "co-applicant", "Guarantor": "guarantor"}),
    "Property": ("property", {"RealEstate": "real estate", "Insurance": "life insurance", "CarOther": "car or other", "Unknown": "unknown or none"}),
    "OtherInstallmentPlans": ("other_instalments", {"Bank": "bank", "Stores": "stores", "None": "none"}),
    "Housing": ("housing", {"Rent": "rent", "Own": "own", "ForFree": "for free"}),
    "Job": ("job", {"UnemployedUnskilled": "unemployed or unskilled non-resident", "UnskilledResident": "unskilled resident", "SkilledEmployee": "skilled", "Management.SelfEmp.HighlyQualified": "management or self-employed"}),
}
PERSONAL = {
    "Male.Divorced.Seperated": ("male", "divorced or separated"),
    "Female.NotSingle": ("female", "divorced, separated or married"),
    "Male.Single": ("male", "single"),
    "Male.Married.Widowed": ("male", "married or widowed"),
    "Female.Single": ("female", "single"),
}


def chosen(row, prefix, names):
    found = [name for name in names if row[f"{prefix}.{name}"] == 1]
    assert len(found) == 1, (prefix, found)
    return found[0]


def decode(row):
    sex, status = PERSONAL[chosen(row, "Personal", PERSONAL)]
    return {
        **{name: words[chosen(row, prefix, words)] for prefix, (name, words) in CATEGORIES.items()},
        **{name: int(row[column]) for column, name in NUMBERS.items()},
        "telephone": "none" if row["Telephone"] == 1 else "registered",
        "foreign_worker": "yes" if row["ForeignWorker"] == 1 else "no",
        "sex": sex,
        "marital_status": status,
        "credit": str(row["Class"]).lower(),
    }


frame = rdata.read_rda(sys.argv[1])["GermanCredit"]
frame.columns = [str(name) for name in frame.columns]
assert len(frame) == 1000 and int(frame["Telephone"].sum()) == 596
rows = [decode(row) for _, row in frame.iterrows()]
target = pathlib.Path(__file__).parents[2] / "pipelines/data/german-credit.csv"
with target.open("w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
