// error: include <databased/json.hpp> for Json
#include <databased/databased.hpp>

databased::Task<> caller(databased::Database& database) {
    const auto document = co_await database.fetch_val<databased::Json>("SELECT document FROM documents");
}
