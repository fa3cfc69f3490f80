#include "csv/csv_format.hpp"

#include <databased/error.hpp>

#include <string>

namespace databased::detail {

namespace {

void check_character(char character, const char* what) {
    const auto code = static_cast<unsigned char>(character);
    if (code != 0 && code < 128 && character != '\n' && character != '\r') return;
    throw ParameterError(std::string{"the "} + what + " of CSV is to be one ASCII character, and no end of a line");
}

}  // namespace

void check_format(const CsvFormat& format) {
    check_character(format.delimiter, "delimiter");
    check_character(format.quote, "quote");
    if (format.delimiter == format.quote) throw ParameterError("the delimiter and the quote of CSV are the same");
    const CharacterSet special = special_characters(format);
    if (special.find(format.null_text, 0) == format.null_text.size()) return;
    throw ParameterError("the text of NULL has a delimiter, a quote or an end of a line in it");
}

CharacterSet special_characters(const CsvFormat& format) {
    CharacterSet special;
    for (const char character : {format.delimiter, format.quote, '\n', '\r'}) special.add(character);
    return special;
}

}  // namespace databased::detail
