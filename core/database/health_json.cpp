#include <databased/health.hpp>

#include <nlohmann/json.hpp>

namespace databased {

namespace {

Json json_of(const Health& health) {
    Json object = Json::object();
    object["ok"] = health.ok();
    if (health.ok()) {
        object["latency_ms"] = std::chrono::duration<double, std::milli>(health.latency).count();
    } else {
        object["error"] = health.error;
    }
    return object;
}

}  // namespace

Json HealthReport::to_json() const {
    Json object = Json::object();
    object["ok"] = ok();
    object["write"] = json_of(write);
    object["read"] = json_of(read);
    return object;
}

}  // namespace databased
