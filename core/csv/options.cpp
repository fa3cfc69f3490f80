#include <databased/csv.hpp>

namespace databased {

CsvOptions::CsvOptions() noexcept = default;
CsvOptions::CsvOptions(const CsvOptions& other) = default;
CsvOptions::CsvOptions(CsvOptions&& other) noexcept = default;
CsvOptions& CsvOptions::operator=(const CsvOptions& other) = default;
CsvOptions& CsvOptions::operator=(CsvOptions&& other) noexcept = default;
CsvOptions::~CsvOptions() = default;

CsvOptions& CsvOptions::with_header() {
    format_.has_header = true;
    return *this;
}

CsvOptions& CsvOptions::delimiter(char delimiter) {
    format_.delimiter = delimiter;
    return *this;
}

CsvOptions& CsvOptions::quote(char quote) {
    format_.quote = quote;
    return *this;
}

CsvOptions& CsvOptions::null_text(std::string_view text) {
    format_.null_text = text;
    return *this;
}

CsvOptions& CsvOptions::columns(std::vector<std::string> names) {
    columns_ = std::move(names);
    return *this;
}

CsvOptions& CsvOptions::on_progress(detail::Callback<void(const BulkProgress&)> hook) {
    on_progress_ = std::move(hook);
    return *this;
}

namespace detail {

CsvSink::~CsvSink() = default;
CsvSource::~CsvSource() = default;

CsvTable::CsvTable(std::string_view name_of_table) : name(name_of_table) {}
CsvTable::CsvTable(std::shared_ptr<const TableDefinition> definition_of_table)
    : definition(std::move(definition_of_table)) {}
CsvTable::CsvTable(CsvTable&& other) noexcept = default;
CsvTable::~CsvTable() = default;

}  // namespace detail
}  // namespace databased
