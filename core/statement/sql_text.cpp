#include <databased/sql_text.hpp>

#include <cstdint>
#include <functional>
#include <utility>

namespace databased {

namespace {

std::string hexadecimal(std::uint64_t number) {
    std::string digits(16, '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, number >>= 4)
        *digit = "0123456789abcdef"[number & 15];
    return digits;
}

}  // namespace

SqlText::SqlText(std::string source_text, std::string sent_text, StatementKind statement_kind, std::string command_tag,
                 std::size_t parameters)
    : source(std::move(source_text)),
      text(std::move(sent_text)),
      command(std::move(command_tag)),
      id(),
      hash(std::hash<std::string>{}(text)),
      parameter_count(parameters),
      kind(statement_kind) {
    id = hexadecimal(hash);
}

}  // namespace databased
