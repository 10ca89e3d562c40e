package caudal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The permissions of a job's role on S3, compiled from its policies and those of the buckets by
 * `localcloud/iam/compiled.py`, and a record of the calls that were decided.
 */
public class Permissions {
    private static final String FIELD = "\u001f";
    private static final String CALL = "\u001e";

    private final String role;
    private final boolean isEnforced;
    private final Rule[] rules;
    private final Set seen = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue undrained = new ConcurrentLinkedQueue();

    public Permissions(String json) throws IOException {
        JsonNode given = new ObjectMapper().readTree(json);
        role = given.required("role").asText();
        isEnforced = given.required("enforced").asBoolean();
        JsonNode list = given.required("rules");
        rules = new Rule[list.size()];
        for (int i = 0; i < rules.length; i++) {
            rules[i] = new Rule(list.required(i));
        }
    }

    /** Fail unless the role may make a call. `prefix` is that of a LIST, null for a call without one. */
    public void require(String path, String action, String bucket, String key, String prefix)
            throws AccessDeniedException {
        if (!allows(action, bucket, key, prefix) && isEnforced) {
            throw new AccessDeniedException(path, null, "User: " + role
                + " is not authorized to perform: " + action + " on resource: " + arn(bucket, key)
                + (prefix == null ? "" : " with prefix: " + prefix));
        }
    }

    /** Return whether the role may make a call, and record the call. */
    public boolean allows(String action, String bucket, String key, String prefix) {
        String resource = arn(bucket, key);
        boolean isAllowed = false;
        for (int i = 0; i < rules.length; i++) {
            if (rules[i].applies(action, bucket, resource, prefix)) {
                isAllowed = !rules[i].isDeny;
                if (rules[i].isDeny) {
                    break;
                }
            }
        }
        String call = action + FIELD + resource + FIELD + (prefix == null ? "" : "=" + prefix)
            + FIELD + isAllowed;
        if (seen.add(call)) {
            undrained.add(call);
        }
        return isAllowed;
    }

    /**
     * Return the calls that were first made since the last time: action, resource, "=" and prefix or
     * nothing, and whether it is allowed.
     */
    public String drain() {
        StringBuilder calls = new StringBuilder();
        for (Object call = undrained.poll(); call != null; call = undrained.poll()) {
            calls.append((String) call).append(CALL);
        }
        return calls.toString();
    }

    private static String arn(String bucket, String key) {
        return "arn:aws:s3:::" + bucket + (key == null ? "" : "/" + key);
    }

    /** Return whether a pattern with `*` and `?` matches the whole text. */
    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int mark = 0;
        while (t < text.length()) {
            boolean isLeft = p < pattern.length();
            if (isLeft && pattern.charAt(p) == '*') {
                star = p++;
                mark = t;
            } else if (isLeft && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static String[] texts(JsonNode list) {
        String[] texts = new String[list.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = list.required(i).asText();
        }
        return texts;
    }

    /** One statement of a policy, for one action. */
    private static class Rule {
        final boolean isDeny;
        private final String bucket;
        private final String action;
        private final boolean isNegated;
        private final String[] resources;
        private final Condition[] conditions;

        Rule(JsonNode rule) {
            bucket = rule.required("bucket").asText();
            action = rule.required("action").asText();
            isDeny = rule.required("deny").asBoolean();
            isNegated = rule.required("negated").asBoolean();
            resources = texts(rule.required("resources"));
            JsonNode list = rule.required("conditions");
            conditions = new Condition[list.size()];
            for (int i = 0; i < conditions.length; i++) {
                conditions[i] = new Condition(list.required(i));
            }
        }

        boolean applies(String action, String bucket, String resource, String prefix) {
            if (!this.action.equals(action) || !(this.bucket.isEmpty() || this.bucket.equals(bucket))) {
                return false;
            }
            boolean isNamed = false;
            for (int i = 0; i < resources.length && !isNamed; i++) {
                isNamed = matches(resources[i], resource);
            }
            boolean applies = isNamed != isNegated;
            for (int i = 0; i < conditions.length && applies; i++) {
                applies = conditions[i].holds(prefix);
            }
            return applies;
        }
    }

    /** A condition on the prefix of a LIST. */
    private static class Condition {
        private final String comparison;
        private final boolean isNegated;
        private final boolean isIfExists;
        private final String[] values;

        Condition(JsonNode condition) {
            comparison = condition.required("comparison").asText();
            isNegated = condition.required("negated").asBoolean();
            isIfExists = condition.required("ifExists").asBoolean();
            values = texts(condition.required("values"));
        }

        boolean holds(String prefix) {
            boolean isNull = comparison.equals("null");
            if (prefix == null && !isNull) {
                return isIfExists || isNegated;
            }
            boolean isMet = false;
            for (int i = 0; i < values.length && !isMet; i++) {
                isMet = isNull ? values[i].equals(String.valueOf(prefix == null))
                    : comparison.equals("like") ? matches(values[i], prefix) : values[i].equals(prefix);
            }
            return isMet != isNegated;
        }
    }
}
