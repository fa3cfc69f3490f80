#include <databased/backend/dialect.hpp>
#include <databased/query/sql_type.hpp>

namespace databased {

namespace {

class TextDialect final : public backend::Dialect {
  public:
    std::string_view name() const noexcept override { return "this database"; }
    backend::Features features() const noexcept override { return {.queries = false}; }
    std::string_view cast_type(SqlType) const noexcept override { return {}; }
};

constinit const TextDialect dialect{};

}  // namespace

constinit const Dialect& text_dialect = dialect;

}  // namespace databased
