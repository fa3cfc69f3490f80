#include <databased/bulk.hpp>
#include <databased/detail/fetch.hpp>

namespace databased {

BulkOptions::BulkOptions() noexcept = default;
BulkOptions::BulkOptions(const BulkOptions& other) = default;
BulkOptions::BulkOptions(BulkOptions&& other) noexcept = default;
BulkOptions& BulkOptions::operator=(const BulkOptions& other) = default;
BulkOptions& BulkOptions::operator=(BulkOptions&& other) noexcept = default;
BulkOptions::~BulkOptions() = default;

BulkOptions& BulkOptions::columns(std::vector<std::string> names) {
    columns_ = std::move(names);
    return *this;
}

BulkOptions& BulkOptions::on_progress(detail::Callback<void(const BulkProgress&)> hook) {
    on_progress_ = std::move(hook);
    return *this;
}

namespace detail {

BulkSource::~BulkSource() = default;

BulkInsert::BulkInsert(std::string_view table_name, BulkOptions how) : table(table_name), options(std::move(how)) {}
BulkInsert::BulkInsert(std::shared_ptr<const TableDefinition> table_definition, BulkOptions how)
    : definition(std::move(table_definition)), options(std::move(how)) {}
BulkInsert::~BulkInsert() = default;

Task<Result> run_bulk(Target target, Owner<BulkInsert> insert) { co_return co_await target->run_bulk(*insert); }

}  // namespace detail
}  // namespace databased
