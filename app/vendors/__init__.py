"""The register: vendors, capabilities, certificates, agreements, facts."""
