# Opens responses.sav and responses.dta with haven and prints every difference to the CSV file; nothing where all is well.
suppressPackageStartupMessages(library(haven))
wide <- read.csv("responses_wide.csv", colClasses = "character", na.strings = character(0), check.names = FALSE, encoding = "UTF-8")
book <- read.csv("codebook.csv", colClasses = "character", na.strings = character(0), encoding = "UTF-8")
items <- unique(book$variable[book$reverse != "" & book$type %in% c("integer", "number")])
days <- unique(book$variable[book$reverse != "" & book$type == "date"])
tags <- c("-97" = "a", "-98" = "b", "-99" = "c", "-96" = "d")
sav <- read_sav("responses.sav", user_na = TRUE)
dta <- read_dta("responses.dta")
stopifnot(identical(as.character(sav$response_id), wide$response_id), identical(as.character(dta$response_id), wide$response_id))
for (item in items) {
  truth <- as.numeric(wide[[item]])
  gone <- wide[[item]] %in% names(tags)
  spss <- sav[[item]]; stata <- dta[[item]]
  if (!all(as.numeric(unclass(spss)) == truth)) cat("sav:", item, "\n")
  if (!all(is.na(spss) == gone)) cat("sav: user-missing", item, "\n")
  if (!identical(attr(spss, "na_range"), c(-99, -96))) cat("sav: na_range", item, "\n")
  if (!all(is.na(stata) == gone)) cat("dta: missing", item, "\n")
  if (!all(na_tag(unclass(stata))[gone] == tags[wide[[item]][gone]])) cat("dta: tag", item, "\n")
  if (!all(as.numeric(stata)[!gone] == truth[!gone])) cat("dta:", item, "\n")
  if (!"withheld" %in% names(attr(spss, "labels"))) cat("sav: labels", item, "\n")
  if (!"withheld" %in% names(attr(stata, "labels"))) cat("dta: labels", item, "\n")
  if (is.null(attr(stata, "label"))) cat("dta: label", item, "\n")
}
plain <- read_sav("responses.sav") # with user_na, haven takes a missing code for a day of 1582
for (day in days) {
  gone <- wide[[day]] %in% names(tags)
  truth <- as.Date(ifelse(gone, NA, wide[[day]]))
  spss <- plain[[day]]; stata <- dta[[day]]
  if (!all(is.na(spss) == gone)) cat("sav: missing", day, "\n")
  if (!all(spss[!gone] == truth[!gone])) cat("sav:", day, "\n")
  if (!all(is.na(stata) == gone)) cat("dta: missing", day, "\n")
  if (!all(na_tag(unclass(stata))[gone] == tags[wide[[day]][gone]])) cat("dta: tag", day, "\n")
  if (!all(as.Date(stata)[!gone] == truth[!gone])) cat("dta:", day, "\n")
}
