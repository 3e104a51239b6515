from stackroom.core.features import Feature

feature = Feature(name="notifications")
